/** As much of bcrypt as is used. */
export type Bcrypt = (password: string, stored: string) => Promise<boolean>;

/** Loads the addon, which only those who have such users need. */
export async function loadBcrypt(): Promise<Bcrypt> {
  const { default: bcrypt } = await import("bcrypt");
  return async (password, stored) => await bcrypt.compare(password, stored);
}
