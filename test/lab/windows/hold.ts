import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Holds one command line over ssh on a client, so that its sender can be lost at that very point.
 * After its release the command goes on, like a command of Windows whose connection was cut.
 */
export interface Hold {
  /** Resolves when a command is held. */
  isReached(): boolean;
  /** Releases the command; later commands of the client are not held. */
  release(): void;
  /** Resolves when the released command has ended. */
  hasEnded(): boolean;
}

/** `before` the command runs, or `after` it has ended and before its answer. */
export type HoldPlace = 'before' | 'after';

const orderIn = (prefix: string, when: HoldPlace): string => join(prefix, `hold-${when}`);
const heldIn = (prefix: string): string => join(prefix, 'held');
const endedIn = (prefix: string): string => join(prefix, 'held-ended');

/** Holds the next command that contains `text`. A client has one hold at a time. */
export function holdCommand(prefix: string, when: HoldPlace, text: string): Hold {
  rmSync(endedIn(prefix), { force: true });
  writeFileSync(orderIn(prefix, when), text);
  return {
    isReached: () => existsSync(heldIn(prefix)),
    hasEnded: () => existsSync(endedIn(prefix)),
    release: () => {
      rmSync(orderIn(prefix, when), { force: true });
      rmSync(heldIn(prefix), { force: true });
    },
  };
}

/**
 * The script behind sshd, around a command: the first command that contains the text takes the hold
 * by renaming it. Without a hold no shell stays beside the command.
 */
export const heldCommand = (quotedPrefix: string, command: string): readonly string[] => [
  `order=${quotedPrefix}/hold held=${quotedPrefix}/held`,
  'stand() {',
  '  [ -e "$order-$1" ] || return 0',
  '  case "$SSH_ORIGINAL_COMMAND" in *"$(cat "$order-$1")"*) ;; *) return 0 ;; esac',
  '  mv "$order-$1" "$held" 2>/dev/null || return 0',
  '  while [ -e "$held" ]; do sleep 0.1; done',
  '  stood=yes',
  '}',
  'stand before',
  `[ -z "$stood" ] && [ ! -e "$order-after" ] && exec ${command}`,
  command,
  'code=$?',
  'stand after',
  '[ -z "$stood" ] || : >"$held-ended"',
  'exit $code',
];
