/// Pages for field workers.
import "virtual:tabler/phone.css";
import "./style/phone.css";

import { start } from "./shell";

start();
