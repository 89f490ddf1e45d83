/** The line on top of every page: where one is, whether it is the present, and what is wrong. */
import { route } from "../state/route";
import { canSignOut, signOut } from "../state/session";
import { Finder } from "../ward/finder";
import { t } from "../words/words";
import { ServerClock, StationOff } from "./clock";
import { Counts } from "./counts";
import { openHelp } from "./help";
import { LinkState } from "./link-state";
import { Settings } from "./settings";
import { pageName } from "./title";

export function Header() {
  return (
    <header class="frame-header">
      <a class="frame-brand" href="/" data-inside>
        {t("frame.name")}
      </a>
      <span class="frame-place">
        <bdi>{pageName}</bdi>
      </span>
      <LinkState />
      <Counts />
      <StationOff />
      {/* The ward page has its own, above the beds it marks. */}
      {route.value.page !== "ward" && <Finder />}
      <nav class="frame-nav" aria-label={t("frame.nav")}>
        <PageLink page="ward" path="/" />
        <PageLink page="overview" path="/overview" />
        <PageLink page="admissions" path="/admissions" />
        <PageLink page="system" path="/system" />
      </nav>
      <div class="frame-tools">
        <Settings />
        <button type="button" class="frame-tool" aria-keyshortcuts="?" onClick={openHelp}>
          <span aria-hidden="true">?</span>
          <span class="unseen">{t("frame.help")}</span>
        </button>
        {canSignOut.value && <SignOut />}
      </div>
      <ServerClock />
    </header>
  );
}

interface PageLinkProps {
  readonly page: "ward" | "overview" | "admissions" | "system";
  readonly path: string;
}

function PageLink({ page, path }: PageLinkProps) {
  const isHere = route.value.page === page;
  return (
    <a href={path} data-inside aria-current={isHere ? "page" : undefined}>
      {t(`${page}.name`)}
    </a>
  );
}

function SignOut() {
  return (
    <button
      type="button"
      class="frame-tool"
      data-testid="sign-out"
      onClick={() => void signOut().catch(() => location.reload())}
    >
      {t("frame.sign_out")}
    </button>
  );
}
