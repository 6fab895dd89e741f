/// Pages for field workers.
import "virtual:tabler/phone.css";
import "./style/phone.css";

import { watchNetwork } from "./offline";
import { start } from "./shell";

start();
watchNetwork();
