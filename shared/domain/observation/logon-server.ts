/**
 * The logon server that a look found, under the name that the records use. Laptops roam, and
 * download from the server where they are.
 * @param known the server that is charged for the client now; it stays where the client names the
 * same server in another spelling, or something that is not a server name
 * @param found what the client says
 * @param spellings the names that the campaign uses: Windows ignores case, and one server must not
 * get two budgets
 */
export function observedLogonServer(known: string, found: string, spellings: readonly string[] = []): string {
  if (found === known) return known;
  const seen = bareServer(found);
  if (!isName(seen) || isSame(known, seen)) return known;
  return spellingsOf(seen, spellings)[0] ?? seen;
}

/**
 * The known names that a person or a client means by this one: the name itself where it is known,
 * else every known name of the same server.
 */
export function spellingsOf(name: string, known: readonly string[]): readonly string[] {
  const asked = bareServer(name);
  return known.includes(asked) ? [asked] : known.filter((each) => isSame(each, asked));
}

/** The name of a server as clients and scripts write it, without `\\\\` and the dot of the root. */
export const bareServer = (name: string): string => name.trim().replace(/^\\\\/, '').replace(/\.$/, '');

/** Equal for every spelling of a logon server: Windows and DNS ignore case. */
export const logonServerKey = (name: string): string => bareServer(name).toLowerCase();

/** The name becomes part of keys, counters and paths. */
const isName = (text: string): boolean => /^[A-Za-z0-9_][A-Za-z0-9._-]{0,252}$/.test(text);

/**
 * The same server: equal but for case, or a short and a full name (`LS-ROM`,
 * `ls-rom.corp.example`).
 */
function isSame(one: string, other: string): boolean {
  const [a, b] = [logonServerKey(one), logonServerKey(other)];
  return (
    a === b || (!b.includes('.') && a.startsWith(`${b}.`)) || (!a.includes('.') && b.startsWith(`${a}.`))
  );
}
