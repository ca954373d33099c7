/**
 * A person stopped one logon server of a campaign: who, why, and since when (policy time). Nothing
 * new begins on the clients of this logon server; what was begun there is finished.
 */
export interface Hold {
  readonly logonServer: string;
  readonly by: string;
  readonly because: string;
  readonly at: number;
}

/** The hold on a logon server of this campaign; null = there is none. */
export const holdAt = (
  { holds = [] }: { readonly holds?: readonly Hold[] },
  logonServer: string,
): Hold | null => holds.find((each) => each.logonServer === logonServer) ?? null;
