import { err, fault, type Fault, ok, type Result } from './errors.ts';
import { reasonOf } from './reason-of.ts';

/**
 * Opens a listener, and returns its URL. Faults: `http.portTaken`, `http.listen`.
 * @param setting the variable that chooses the port
 */
export async function listen(
  open: () => Promise<string>,
  port: number,
  setting: string,
): Promise<Result<string, Fault>> {
  try {
    return ok(await open());
  } catch (error) {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    return err(
      taken
        ? fault(
            'http.portTaken',
            `port ${port} is taken; stop what listens there or set ${setting} to another one`,
          )
        : fault('http.listen', `cannot listen on port ${port}: ${reasonOf(error)}`),
    );
  }
}
