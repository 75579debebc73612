/** The shells that docker-id makes itself at home in. */
export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];
