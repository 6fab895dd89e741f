/// Pages for residents: small, no live stream, the map only when it comes into view.
import "virtual:tabler/portal.css";
import "./style/portal.css";

import { watchNetwork } from "./offline";
import { start } from "./shell";

start();
watchNetwork();
