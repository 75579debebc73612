import { playShell } from "./shell-session.ts";

playShell("bash");
