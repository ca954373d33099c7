import { nameOf } from '../../../orchestrator/simulation/machines/disk.ts';
import type { NtFiles } from './nt-files.ts';
import type { Streams } from './program.ts';

/** Commands of cmd.exe by name. Each returns the exit code. */
export type FileCommands = Readonly<Record<string, (args: string, streams: Streams) => number>>;

/**
 * The commands of cmd.exe that read and change files.
 *
 * @param paths the full paths among the words of a command
 * @param directory the current directory
 */
export function fileCommands(
  files: NtFiles,
  paths: (args: string) => readonly string[],
  directory: () => string,
): FileCommands {
  return {
    type: (args, { out, error }) => {
      const path = paths(args)[0] ?? '';
      if (nameOf(path).toLowerCase() === 'nul') return 0;
      const content = files.read(path);
      if (content === null) {
        error.write('The system cannot find the file specified.\r\n');
        return 1;
      }
      out.write(content.toString('latin1'));
      return 0;
    },
    copy: (args, { out }) => {
      const [from = '', to = ''] = paths(args);
      const refusal = files.copy(from, to);
      out.write(refusal === null ? '        1 file(s) copied.\r\n' : `${refusal}\r\n`);
      return refusal === null ? 0 : 1;
    },
    move: (args, { error }) => {
      const [from = '', to = ''] = paths(args);
      const refusal = files.move(from, to);
      if (refusal !== null) error.write(`${refusal}\r\n`);
      return refusal === null ? 0 : 1;
    },
    del: (args, { error }) => {
      const refusal = files.remove(paths(args)[0] ?? '');
      if (refusal !== null) error.write(`${refusal}\r\n`);
      return 0;
    },
    md: (args) => (files.makeDirectory(paths(args)[0] ?? '') ? 0 : 1),
    dir: (args, { out, error }) => {
      const path = paths(args)[0] ?? directory();
      const attribute = /\/a([hs])/i.exec(args)?.[1]?.toLowerCase();
      if (/\/s/i.test(args)) {
        const folder = path.slice(0, path.lastIndexOf('\\'));
        if (files.isBelow(folder, nameOf(path))) out.write(`${path}\r\n`);
        return files.isBelow(folder, nameOf(path)) ? 0 : 1;
      }
      const isThere = files.exists(path) || files.exists(`${path}\\`);
      const hidden = attribute === 'h' ? files.list(path, true) : [];
      for (const name of hidden) out.write(`${name}\r\n`);
      if (hidden.length > 0) return 0;
      if (!isThere || attribute !== undefined) {
        error.write('File Not Found\r\n');
        return 1;
      }
      if (/\/b/i.test(args)) {
        for (const name of files.listAll(path)) out.write(`${name}\r\n`);
        return 0;
      }
      out.write(
        ` Directory of ${path}\r\n\r\n               2 Dir(s)    ${files.freeBytes()} bytes free\r\n`,
      );
      return 0;
    },
  };
}
