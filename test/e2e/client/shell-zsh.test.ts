import { playShell } from "./shell-session.ts";

playShell("zsh");
