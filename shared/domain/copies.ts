/** What is known of a logon server's copy of a release. Only a verified one lets its clients in. Times are policy time. */
export interface CopyStatus {
  readonly logonServer: string;
  /** `incomplete`: read, and not all files are as the manifest says; `unreadable`: nothing is known. */
  readonly state: 'verified' | 'incomplete' | 'unreadable';
  /** Files that are as the manifest says, and how many there must be. */
  readonly filesOk: number;
  readonly filesInAll: number;
  /** What is wrong, in words; empty when it is verified. */
  readonly because: string;
  /** Since when it has been in this state. */
  readonly since: number;
  readonly checkedAt: number;
}

/** `LS-PUN has 14 of 22 files`: why clients of a logon server wait. @param status undefined = nobody has looked yet */
export function whyNotStaged(
  logonServer: string,
  status: Pick<CopyStatus, 'state' | 'filesOk' | 'filesInAll' | 'because'> | undefined,
): string {
  switch (status?.state) {
    case undefined:
      return `the copy on ${logonServer} has not been looked at yet`;
    case 'verified':
      return `the copy on ${logonServer} is verified`;
    case 'incomplete':
      return `${logonServer} has ${status.filesOk} of ${status.filesInAll} files: ${status.because}`;
    case 'unreadable':
      return `the copy on ${logonServer} can not be read: ${status.because}`;
  }
}
