import { endsLater, widened, widenedLine, widenings } from './monotone.ts';

/**
 * `npm run test:forecast -- --monotone [N]`: a wider limit never ends a campaign later in
 * expectation. Each limit is simulated narrow and wide on the same N seeds, 100 if left out.
 */
export async function judgeWidenings(count: number): Promise<boolean> {
  const seeds = Array.from({ length: count }, (_, seed) => String(seed));
  let isMonotone = true;
  for (const widening of widenings)
    for (const found of await widened(widening, seeds)) {
      const isLater = endsLater(found);
      if (isLater) isMonotone = false;
      console.log(`${isLater ? 'NOT MONOTONE ' : ''}${widenedLine(found, count)}`);
    }
  console.log(isMonotone ? 'No wider limit ends a campaign later.' : 'A wider limit ends a campaign later.');
  return isMonotone;
}
