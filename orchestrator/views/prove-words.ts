import { counted } from '../domain/counted.ts';

/** What a campaign file says that `campaign prove` is to ask of its policy. */
interface ProveSection {
  readonly neverDown?: { readonly most: number; readonly per: string } | undefined;
  readonly loggedOn?: boolean | undefined;
}

/** A sentence for each property of the section; null = the file does not have it. */
export function proveRuleWords(prove: ProveSection | undefined): string | null {
  if (prove === undefined) return null;
  const { neverDown, loggedOn } = prove;
  const asked = [
    ...(neverDown === undefined ? [] : [neverDownWords(neverDown)]),
    ...(loggedOn === undefined ? [] : [loggedOnWords(loggedOn)]),
  ];
  const what = asked.length === 0 ? 'what it asks of every policy' : asked.join('; ');
  return `campaign prove asks: ${what}; the campaign itself does not change by it`;
}

function neverDownWords({ most, per }: NonNullable<ProveSection['neverDown']>): string {
  const part = per === 'logonServer' ? 'logon server' : per;
  return most === 0
    ? `no client of any ${part} is ever down`
    : `never more than ${counted(most, 'client')} of each ${part} ${most === 1 ? 'is' : 'are'} down at once`;
}

const loggedOnWords = (isAsked: boolean): string =>
  isAsked
    ? 'nobody who is logged on is restarted'
    : 'whether a person who is logged on is restarted is not asked';
