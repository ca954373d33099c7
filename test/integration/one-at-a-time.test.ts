import { expect, test } from 'vitest';
import { oneAtATime } from '../../orchestrator/background/background.ts';

test('tasks that need much memory run one after the other, also after a failure', async () => {
  const inTurn = oneAtATime();
  const told: string[] = [];
  const first = Promise.withResolvers<string>();
  const begin = (name: string, end: () => Promise<string>) =>
    inTurn(() => {
      told.push(name);
      return end();
    });
  const works = [
    begin('first', () => first.promise),
    begin('broken', () => Promise.reject(new Error('no memory'))),
    begin('last', () => Promise.resolve('done')),
  ];
  await expect.poll(() => told).toEqual(['first']);
  first.resolve('done');
  expect((await Promise.allSettled(works)).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
  expect(told).toEqual(['first', 'broken', 'last']);
});
