/** Everything around the pages, and the page itself. */
import { useEffect } from "preact/hooks";
import { AdmissionsPage } from "../admissions/admissions";
import { OverviewPage } from "../overview/overview";
import { PatientPage } from "../patient/patient";
import { route } from "../state/route";
import { isSessionKnown, isSignInNeeded } from "../state/session";
import { SystemPage } from "../system/system";
import { WardPage } from "../ward/ward";
import { t } from "../words/words";
import { Announcer } from "./announcer";
import { Footer } from "./footer";
import { Header } from "./header";
import { Help } from "./help";
import { startKeys } from "./keys";
import { LinkNotes } from "./link-notes";
import { NotLive } from "./not-live";
import { SignIn } from "./sign-in";

/** The console: the sign-in where one is needed, else a page and what is around it. */
export function Frame() {
  return isSignInNeeded.value ? <SignIn /> : <Framed />;
}

function Framed() {
  useEffect(startKeys, []);
  return (
    <div class="frame" data-page={route.value.page}>
      <a class="skip" href="#content">
        {t("frame.skip")}
      </a>
      <Header />
      <main id="content" class="frame-content" tabIndex={-1}>
        {isSessionKnown.value && <Page />}
      </main>
      <Footer />
      <LinkNotes />
      <NotLive />
      <Help />
      <Announcer />
    </div>
  );
}

function Page() {
  const { value } = route;
  if (value.page === "overview") return <OverviewPage />;
  if (value.page === "admissions") return <AdmissionsPage />;
  if (value.page === "system") return <SystemPage />;
  if (value.page === "patient")
    return <PatientPage key={value.patientId} patientId={value.patientId} />;
  return <WardPage />;
}
