import { expect, test } from 'vitest';
import { undoQuestion } from '../../orchestrator/views/questions/undo.ts';

test('the question of an undo counts the services that are relocated, however many were moved back', () => {
  const of = (done: number, undone: number) =>
    undoQuestion({ campaign: 'sp4', relocations: { done, undone } });
  expect(of(3, 4)?.answer).toBe('3');
  expect(of(1, 0)?.lines[0]).toBe('1 service of campaign sp4 was relocated, and not moved back.');
  expect(of(0, 4)).toBeNull();
});
