import { describe, expect, it } from 'vitest';
import { expectFailure, valueOf } from './contract-clients.ts';
import type { GatewayCalls } from './gateway-calls.ts';

const nameOf = (path: string): string => path.slice(path.lastIndexOf('\\') + 1).toUpperCase();

/** What every gateway must do with files and directories. */
export function fileContract(calls: GatewayCalls): void {
  const { lab, copy, change, seen, hash, protect, orderRestart, afterRestart } = calls;

  describe('a file', () => {
    it('is copied into a new directory with the same hash, and removed again', async () => {
      expect(await hash(copy())).toBeNull();
      valueOf(await lab().gateway.copyFile(change(), lab().service.executable, copy()));
      expect(await hash(copy())).toBe(await hash(lab().service.executable));
      valueOf(await lab().gateway.removeFile(change(), copy()));
      expect(await hash(copy())).toBeNull();
      valueOf(await lab().gateway.removeFile(change(), copy()));
      expectFailure(await protect(null), 'failed');
    });

    it('overwrites another file, but never a file that a process runs from', async () => {
      const other = `${lab().componentDirectory}\\${lab().file}`;
      valueOf(await lab().gateway.copyFile(change(), lab().service.executable, copy()));
      valueOf(await lab().gateway.copyFile(change(), other, copy()));
      expect(await hash(copy())).toBe(await hash(other));
      const before = await hash(lab().service.executable);
      expectFailure(await lab().gateway.copyFile(change(), other, lab().service.executable), 'failed');
      expectFailure(await lab().gateway.removeFile(change(), lab().service.executable), 'failed');
      expect(await hash(lab().service.executable)).toBe(before);
    });

    it('is replaced by Windows at the next start, and not before', async () => {
      const waits = `${lab().newDirectory}\\WAITS.TMP`;
      const content = await hash(`${lab().componentDirectory}\\${lab().file}`);
      valueOf(await lab().gateway.copyFile(change(), `${lab().componentDirectory}\\${lab().file}`, waits));
      valueOf(await lab().gateway.copyFile(change(), lab().service.executable, copy()));
      valueOf(await lab().gateway.replaceAtRestart(change(), waits, copy()));
      expect(await hash(copy())).not.toBe(content);
      const before = await seen();
      await orderRestart();
      await afterRestart(before);
      expect([await hash(copy()), await hash(waits)]).toEqual([content, null]);
    });

    it('is not copied when its source does not exist', async () => {
      expectFailure(
        await lab().gateway.copyFile(change(), `${lab().newDirectory}\\NO.SUCH`, copy()),
        'failed',
      );
      expect(await hash(copy())).toBeNull();
    });
  });

  describe('the place of a copy', () => {
    const check = (to: string, allowed: readonly string[] | null = []) => {
      const { gateway, service, componentDirectory: apartFrom } = lab();
      return gateway.checkTarget(change(), { from: service.executable, to, apartFrom, allowed });
    };

    it('is fit when it is new, and the check leaves nothing behind', async () => {
      valueOf(await check(copy()));
      valueOf(await check(copy()));
      expectFailure(await protect(null), 'failed');
    });

    it('is not fit when it is the component directory, is inside it, or holds another file', async () => {
      const { componentDirectory, service, newDirectory } = lab();
      expectFailure(await check(`${componentDirectory}\\COPY.EXE`, null), 'failed');
      expectFailure(await check(`${componentDirectory}\\NEW\\COPY.EXE`, null), 'failed');
      valueOf(await lab().gateway.copyFile(change(), service.executable, `${newDirectory}\\OTHER.DLL`));
      expectFailure(await check(copy()), 'failed');
      valueOf(await check(copy(), ['OTHER.DLL']));
    });
  });

  describe('a directory that is protected', () => {
    const ours = { isOfAdministrators: true, letsOthersIn: false };
    const theirs = { isOfAdministrators: false, letsOthersIn: true };
    const planted = (): string => `${lab().newDirectory}\\PLANTED.DLL`;
    const bring = async (): Promise<void> =>
      valueOf(await lab().gateway.copyFile(change(), lab().service.executable, copy()));

    it('is taken from a user who owned it, and a file that the user left there is refused by its name', async () => {
      await lab().plant(planted());
      await bring();
      expect(await lab().rightsOf(lab().newDirectory)).toEqual(theirs);
      const answer = await protect([copy()]);
      expectFailure(answer, 'failed');
      expect(answer.ok ? '' : answer.error.message).toMatch(
        /holds PLANTED\.DLL, which servpack did not bring: take it away or/i,
      );
      expect(await lab().rightsOf(lab().newDirectory)).toEqual(ours);
      expect(await hash(planted())).not.toBeNull();
      expect(await lab().rightsOf(planted())).toEqual(theirs);
    });

    it('is taken with a file of the user that has an allowed name, or when any file is allowed', async () => {
      await lab().plant(copy());
      expect(await lab().rightsOf(copy())).toEqual(theirs);
      valueOf(await protect([copy().toLowerCase()]));
      expect([await lab().rightsOf(lab().newDirectory), await lab().rightsOf(copy())]).toEqual([ours, ours]);
      await lab().plant(planted());
      expect(await lab().rightsOf(planted())).toEqual(theirs);
      valueOf(await protect(null));
      expect(await lab().rightsOf(planted())).toEqual(ours);
    });

    it('may be protected twice, with all or none of the allowed files', async () => {
      await bring();
      for (const _time of ['first', 'again']) {
        valueOf(await protect([copy(), planted()]));
        expect(await lab().rightsOf(lab().newDirectory)).toEqual(ours);
      }
      const answer = await protect([planted()]);
      expect(answer.ok ? '' : answer.error.message.toUpperCase()).toContain(`HOLDS ${nameOf(copy())},`);
    });
  });
}
