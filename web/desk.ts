/// Pages for staff: the whole of Tabler, the keyboard, the live stream.
import "@tabler/core/dist/css/tabler.css";
import "./style/desk.css";

import { start } from "./shell";
import { listen } from "./keys";

start();
listen();
