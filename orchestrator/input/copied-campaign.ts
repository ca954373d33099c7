import { parseDocument } from 'yaml';

/**
 * A campaign file under another name, and for another release where one is named. Comments, order
 * and everything else stay as they are written. The seed follows from the name unless the file says
 * it, and so does a sample of the fleet.
 */
export function copiedCampaign(
  text: string,
  { campaign, release }: { readonly campaign: string; readonly release?: string | undefined },
): string {
  const document = parseDocument(text);
  document.set('campaign', campaign);
  if (release !== undefined) document.set('release', release);
  return document.toString({ lineWidth: 0 });
}

/**
 * The file of one occurrence of a campaign that recurs, as if a person had written it for this
 * occurrence: under its name, with the seed that it has, and without the schedule.
 */
export function occurrenceFile(text: string, campaign: string, seed: string): string {
  const document = parseDocument(text);
  document.set('campaign', campaign);
  document.set('seed', seed);
  document.delete('schedule');
  return document.toString({ lineWidth: 0 });
}
