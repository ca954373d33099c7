import type { PointFound } from '../../../shared/certify-protocol.ts';
import type { Certified } from '../processes/certify.ts';
import { many, safe, type Style, type View } from './view.ts';
import { wrapped } from './wrap.ts';

const shown: Readonly<Record<PointFound['end'], readonly [string, Style]>> = {
  holds: ['holds  ', 'green'],
  differs: ['DIFFERS', 'red'],
  notTried: ['-      ', 'dim'],
};

/** A point, and below it what was found instead or why it was not tested. */
export function pointLines(view: View, { says, end, because }: PointFound): readonly string[] {
  const [word, style] = shown[end];
  const reason = because === '' ? [] : wrapped(view, '         ', because);
  return [`${view.paint(style, word)}  ${says}`, ...reason];
}

/** "spare-pc: 16 points hold, 1 differs, 2 not tested" */
export function certifiedLines(host: string, { hold, differ, notTried, left }: Certified): readonly string[] {
  const differs = differ === 1 ? '1 differs' : `${differ} differ`;
  return [
    ...left.map((each) => `LEFT ON THE MACHINE: ${safe(each)}`),
    `${safe(host)}: ${many(hold, 'point')} ${hold === 1 ? 'holds' : 'hold'}, ${differs}, ${notTried} not tested`,
  ];
}
