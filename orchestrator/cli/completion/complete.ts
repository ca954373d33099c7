import type { Command } from 'commander';
import { jsonDocument } from '../json-document.ts';
import { askingNames } from './names.ts';
import { type Offer, offerFor } from './offer.ts';
import { readTypedLine } from './typed-line.ts';

/** A person waits at the prompt: an orchestrator that takes longer gives no names. */
const patienceMs = 1_000;

const nothing: Offer = { takes: 'words', words: [] };

/**
 * Prints what may stand where the last word is being typed, for the script of a shell: `words`,
 * `files` or `folders`, then a line for each word: the word, a tab, what it means. Whatever goes
 * wrong, nothing is said about it, because the person is in the middle of a line. Ends the process.
 */
export async function printOffer(program: Command, words: readonly string[], isJson: boolean): Promise<void> {
  const { takes, words: found } = await offerInTime(program, words);
  const text = isJson
    ? jsonDocument({ takes, words: found })
    : [takes, ...found.map(({ word, says }) => `${word}\t${says}`), ''].join('\n');
  // A request without an answer must not keep the process alive.
  process.stdout.write(text, () => process.exit(0));
}

async function offerInTime(program: Command, words: readonly string[]): Promise<Offer> {
  const late = Promise.withResolvers<Offer>();
  const timer = setTimeout(() => late.resolve(nothing), patienceMs);
  try {
    const offer = offerFor(readTypedLine(program, words), askingNames(process.env));
    return await Promise.race([offer, late.promise]);
  } catch {
    return nothing;
  } finally {
    clearTimeout(timer);
  }
}
