import { expect, it } from "vitest";
import { userUnitText } from "../../src/host/user-unit.ts";

it("quotes what systemd would expand, in commands and in the environment", () => {
  const text = userUnitText({
    name: "docker-id",
    description: "100% of it",
    command: ["/opt/no de/node", "/opt/run.js", "-H", "unix:///$x/%h.sock", "socket", "--path", "/run/a b.sock"],
    environment: { DOCKER_CONFIG: '/home/o"x/$y %h' },
  });
  expect(text).toContain("Description=100%% of it\n");
  expect(text).toContain('Environment="DOCKER_CONFIG=/home/o\\"x/$y %%h"\n');
  expect(text).toContain(
    'ExecStart="/opt/no de/node" "/opt/run.js" "-H" "unix:///$$x/%%h.sock" "socket" "--path" "/run/a b.sock"\n',
  );
});
