import * as fs from 'node:fs';
import * as path from 'node:path';
import * as lambda from 'aws-cdk-lib/aws-lambda';

/** The same path from the source, a Jest run, and the npm tarball, because the library is compiled in place. */
const ASSETS = path.join(__dirname, '..', '..', 'assets');

/** A folder in `assets`. */
export type HandlerAsset = 'remediate' | 'recompress' | 'docker-v2-image';

/**
 * @throws if the function is not bundled, which can only happen in a checkout of this repository
 */
export function handlerCode(asset: HandlerAsset, assets: string = ASSETS): lambda.Code {
  const directory = path.join(assets, asset);
  if (!fs.existsSync(path.join(directory, 'index.js'))) {
    throw new Error(
      `the function is not bundled: ${path.join(directory, 'index.js')} does not exist; run 'npm run build'`,
    );
  }
  return lambda.Code.fromAsset(directory);
}
