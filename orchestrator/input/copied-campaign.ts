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
