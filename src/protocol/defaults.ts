/** Where things are when nobody says otherwise; one machine, one engine. */
export const defaults = {
  stateDir: "/var/lib/docker-id",
  marker: "/etc/docker-id/guarded",
  admin: "unix:///run/docker-id/admin.sock",
  authz: "unix:///run/docker/plugins/docker-id.sock",
  dockerHost: "unix:///var/run/docker.sock",
} as const;
