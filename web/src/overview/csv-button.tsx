import { t } from "../words/words";

/** Gives what a table shows as a file. */
export function CsvButton({ download }: { readonly download: () => void }) {
  return (
    <button type="button" class="frame-tool" data-testid="csv" onClick={download}>
      {t("overview.csv")}
    </button>
  );
}
