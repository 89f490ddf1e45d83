/** What the marks mean, each shown as it looks on the ward page. */
import type { ComponentChildren } from "preact";
import { type Key, t } from "../words/words";

interface Mark {
  readonly look: ComponentChildren;
  readonly meaning: Key;
}

function alarm(look: "high" | "medium" | "low", example: string): ComponentChildren {
  return (
    <span class="legend-foot" data-look={look}>
      {t(`mark.${look}`)} {example}
    </span>
  );
}

function marks(): readonly Mark[] {
  const hr = t("short.heart_rate");
  return [
    { look: alarm("high", `${hr} 154 > 150`), meaning: "frame.legend.high" },
    { look: alarm("medium", `${hr} 128 > 120`), meaning: "frame.legend.medium" },
    { look: alarm("low", `${hr} 122 > 120`), meaning: "frame.legend.low" },
    {
      look: (
        <span class="legend-foot" data-look="technical">
          {t("condition.no_signal")}
        </span>
      ),
      meaning: "frame.legend.technical",
    },
    { look: <span class="legend-number legend-gone">--</span>, meaning: "frame.legend.stale" },
    { look: <span class="legend-number">75</span>, meaning: "frame.legend.normal" },
    { look: <span class="legend-news">≥ 3</span>, meaning: "frame.legend.partial" },
    { look: <span class="legend-news">{t("risk.CRITICAL")}</span>, meaning: "frame.legend.risk" },
    { look: <span class="legend-hatch" />, meaning: "frame.legend.lost" },
  ];
}

export function Legend() {
  return (
    <section>
      <h3>{t("frame.help_marks")}</h3>
      <dl class="legend">
        {marks().map(({ look, meaning }) => (
          <div key={meaning}>
            <dt>{look}</dt>
            <dd>{t(meaning)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
