import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The page's script as it stands in its file, which the build copies beside the bundle. */
export const pageScript = (): string => readFileSync(join(__dirname, 'browser', 'page.js'), 'utf8');
