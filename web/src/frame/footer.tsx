/** The line below every page: what this is not, how many beds, which keys. */
import { beds } from "../state/patients";
import { t } from "../words/words";

export function Footer() {
  return (
    <footer class="frame-footer">
      <span>{t("frame.stance")}</span>
      <span>{t("frame.beds", { n: beds.value.length })}</span>
      <span class="frame-keys">{t("frame.keys")}</span>
    </footer>
  );
}
