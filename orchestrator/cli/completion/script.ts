import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const files = { bash: 'servpack.bash', zsh: 'servpack.zsh', fish: 'servpack.fish' } as const;

/** Returns the script with which a shell completes command lines of servpack. */
export const scriptFor = (shell: keyof typeof files): string =>
  readFileSync(join(import.meta.dirname, 'scripts', files[shell]), 'utf8');
