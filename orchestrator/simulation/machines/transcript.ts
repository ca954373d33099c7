import { pick } from './chance.ts';
import { type Machine, toss } from './machine.ts';

/**
 * The /V text of Smsrun32 as this machine's build spells it (Q168463): 3 or 6 dots, any case, "."
 * or "..." at the end. "Verifying …" is printed whether or not a file was downloaded, so it proves
 * nothing.
 */
export function transcriptText(machine: Machine, active: readonly string[]): string {
  const isUpper = pick([false, true], toss(machine, 'case'));
  const dots = pick(['...', '......'], toss(machine, 'dots'));
  const end = pick(['.', '...'], toss(machine, 'end'));
  const { texts } = machine.world;
  const key = `transcript|${isUpper}|${dots}|${end}|${active.join()}`;
  const known = texts.get(key);
  if (known !== undefined) return known;
  const spell = (name: string): string => (isUpper ? name.toUpperCase() : name.toLowerCase());
  const blocked = [
    ...active.map((name) => `Client executable active: ${spell(name)}`),
    'Warning: Client component in use.',
    'Client component files will not be overwritten or removed.',
  ];
  const text = [
    `Reading configuration${dots}`,
    ...(active.length > 0 ? blocked : []),
    `Verifying Microsoft Systems Management Server client installation${end}`,
    '',
  ].join('\r\n');
  texts.set(key, text);
  return text;
}
