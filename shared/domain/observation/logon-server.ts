/**
 * The logon server that a look found, as the records name it: laptops roam, and what they download they download there. The known name
 * stays when it is the same server by another spelling, or when what the client says can be no name of one.
 * @param known the server it is charged to now
 * @param spellings names as the campaign knows them: Windows tells no difference of case, and a budget must not be split by one
 */
export function observedLogonServer(known: string, said: string, spellings: readonly string[] = []): string {
  const seen = said.replace(/^\\\\/, '').trim();
  if (!isName(seen) || isSame(known, seen)) return known;
  return spellings.find((each) => isSame(each, seen)) ?? seen;
}

/** Becomes a part of keys, counters and paths. */
const isName = (text: string): boolean => /^[A-Za-z0-9_][A-Za-z0-9._-]{0,252}$/.test(text);

/** A bare name is that of a full one which begins with it: `LS-ROM` and `ls-rom.corp.example`. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  return (
    a === b || (!b.includes('.') && a.startsWith(`${b}.`)) || (!a.includes('.') && b.startsWith(`${a}.`))
  );
}
