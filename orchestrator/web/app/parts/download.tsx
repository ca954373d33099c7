import type { JSX } from 'preact';
import { baseUrl } from '../api.ts';
import { Icon } from './icon.tsx';

interface DownloadProps {
  /** The address below the page, with its query. */
  readonly path: string;
  readonly file: string;
  readonly label: string;
}

/** A file of the API, which the browser saves under this name. */
export const Download = ({ path, file, label }: DownloadProps): JSX.Element => (
  <a class="button plain" href={new URL(path, baseUrl).href} download={file}>
    <Icon name="download" /> {label}
  </a>
);
