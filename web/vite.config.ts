import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const OUTPUT = "../src/wardline/server/static/console";
const TEXT = /\.(js|css|html|svg|json|webmanifest)$/;
const WARDLINE = process.env["WARDLINE_URL"] ?? "http://127.0.0.1:8501";

/** Puts `.br` and `.gz` beside every text file, so that the server compresses nothing itself. */
function compressed(): Plugin {
  return {
    name: "wardline-compressed",
    apply: "build",
    closeBundle() {
      for (const name of readdirSync(OUTPUT, { recursive: true, encoding: "utf8" })) {
        const path = join(OUTPUT, name);
        if (TEXT.test(name) && statSync(path).isFile()) compress(path);
      }
    },
  };
}

function compress(path: string): void {
  const content = readFileSync(path);
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
  writeFileSync(`${path}.br`, brotliCompressSync(content, quality));
  writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
}

export default defineConfig(({ command }) => ({
  base: command === "build" ? "/static/console/" : "/",
  build: {
    outDir: OUTPUT,
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 270,
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [compressed()],
  server: {
    host: "127.0.0.1",
    proxy: {
      "/api": { target: WARDLINE, ws: true },
      "/status": WARDLINE,
      "/healthz": WARDLINE,
    },
  },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"] },
}));
