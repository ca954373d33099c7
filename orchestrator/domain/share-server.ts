/** A campaign that wants slots of a logon server that several campaigns share. */
export interface Contender {
  readonly campaign: string;
  /** 1 to 100: of two campaigns, the one with twice the weight has twice the slots. */
  readonly priority: number;
  /** Slots that it has on this logon server. */
  readonly used: number;
  /** Clients that would take one now. */
  readonly wants: number;
}

/** How far each campaign has come in the turns for one logon server. */
export type Turns = ReadonlyMap<string, number>;

/** Who gets how many of the free slots, and the turns after that. */
export interface ServerShare {
  readonly granted: ReadonlyMap<string, number>;
  readonly turns: Turns;
}

/**
 * Shares the free slots of a logon server out. Each goes to the campaign with the fewest slots for
 * its priority, so a campaign that has none comes before every other one that has some. Between
 * equals the campaign comes first that has had fewest turns for its priority: where a server has
 * fewer slots than campaigns, they take turns, and none waits for ever. A campaign that is new, or
 * wanted nothing the last time, begins level with the one that is furthest behind.
 */
export function shareServer(free: number, contenders: readonly Contender[], before: Turns): ServerShare {
  const known = contenders.flatMap(({ campaign }) => before.get(campaign) ?? []);
  const level = known.length === 0 ? 0 : Math.min(...known);
  const turns = new Map(
    contenders.map(({ campaign }) => [campaign, (before.get(campaign) ?? level) - level]),
  );
  const granted = new Map<string, number>();
  const grantedTo = (each: Contender): number => granted.get(each.campaign) ?? 0;
  const share = (each: Contender): number => (each.used + grantedTo(each)) / each.priority;
  const turnOf = ({ campaign }: Contender): number => turns.get(campaign) ?? 0;
  for (let slot = 0; slot < free; slot += 1) {
    const [next] = contenders
      .filter((each) => grantedTo(each) < each.wants)
      .sort((a, b) => share(a) - share(b) || turnOf(a) - turnOf(b) || (a.campaign < b.campaign ? -1 : 1));
    if (next === undefined) break;
    granted.set(next.campaign, grantedTo(next) + 1);
    turns.set(next.campaign, turnOf(next) + 1 / next.priority);
  }
  return { granted, turns };
}
