#!/usr/bin/env node
import { processIo } from './cli/io';
import { endQuietlyOnBrokenPipe } from './cli/output';
import { run } from './program';

// The SDK is part of the bundle: what it warns of, such as an old Node.js, concerns whoever builds the bundle.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
endQuietlyOnBrokenPipe();

void run(process.argv.slice(2), processIo).then((exitCode) => {
  process.exitCode = exitCode;
});
