/** The console starts here. */
import "./style/console.css";
import { render } from "preact";
import { Frame } from "./frame/frame";
import { showTitle } from "./frame/title";
import { startClock } from "./state/clock";
import { showLinkOnDocument } from "./state/link";
import { applyPreferences } from "./state/preferences";
import { startRouting } from "./state/route";
import { startLive } from "./state/session";

applyPreferences();
showLinkOnDocument();
startClock();
showTitle();
startRouting();
void startLive();

const place = document.getElementById("console");
if (place !== null) render(<Frame />, place);
