'use strict';

/**
 * Runs in the child process of one Lambda execution environment: loads the handler once, then serves one invocation at a time.
 * Plain JavaScript, so that the function runs on Node alone, whatever runs the host (Jest, tsx).
 */
const { existsSync } = require('node:fs');
const { resolve } = require('node:path');
const { format } = require('node:util');

const write = process.stdout.write.bind(process.stdout);
const writeError = process.stderr.write.bind(process.stderr);
const LEVELS = { log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR', debug: 'DEBUG', trace: 'TRACE' };

let marker = '';
let offset = 0;
let requestId;
let handler;

/** Lambda's text format prefixes each line of the console, so an EMF line that is written there is not a metric. */
function patchConsole() {
  for (const [method, level] of Object.entries(LEVELS)) {
    console[method] = (...values) =>
      write(`${new Date().toISOString()}\t${requestId ?? 'undefined'}\t${level}\t${format(...values)}\n`);
  }
}

/** The account's clock may be ahead of real time. Without this, the function would see pushes from the future. */
function patchDate() {
  const RealDate = globalThis.Date;
  globalThis.Date = new Proxy(RealDate, {
    apply: () => new RealDate(RealDate.now() + offset).toString(),
    construct: (target, values, newTarget) =>
      Reflect.construct(target, values.length === 0 ? [RealDate.now() + offset] : values, newTarget),
    get: (target, key, receiver) =>
      key === 'now' ? () => RealDate.now() + offset : Reflect.get(target, key, receiver),
  });
}

function load(taskRoot, name) {
  const dot = name.lastIndexOf('.');
  const module = name.slice(0, dot);
  const file = ['.js', '.mjs', '.cjs'].map((extension) => resolve(taskRoot, module + extension)).find(existsSync);
  if (!file) throw Object.assign(new Error(`Cannot find module '${module}'`), { name: 'Runtime.ImportModuleError' });
  const exported = require(file)[name.slice(dot + 1)];
  if (typeof exported === 'function') return exported;
  throw Object.assign(new Error(`${name} is undefined or not exported`), { name: 'Runtime.HandlerNotFound' });
}

/** At the markers the host has read every line that was written before the answer. */
function answer(message) {
  write(marker);
  writeError(marker);
  process.send(message);
}

function failure(error) {
  const isError = error instanceof Error;
  const errorType = isError ? error.name : typeof error;
  const errorMessage = isError ? error.message : format(error);
  const trace = isError ? String(error.stack).split('\n') : [];
  const report = JSON.stringify({ errorType, errorMessage, trace });
  write(`${new Date().toISOString()}\t${requestId ?? 'undefined'}\tERROR\tInvoke Error\t${report}\n`);
  return { type: 'error', errorType, errorMessage };
}

async function invoke({ event, context }) {
  requestId = context.awsRequestId;
  const { deadline, ...rest } = context;
  try {
    const response = await handler(event, {
      ...rest,
      getRemainingTimeInMillis: () => Math.max(deadline - Date.now(), 0),
    });
    answer({ type: 'response', response: JSON.stringify(response) });
  } catch (error) {
    answer(failure(error));
  }
  requestId = undefined;
}

process.on('disconnect', () => process.exit(0));
process.on('message', (message) => {
  offset = message.clockOffset ?? 0;
  if (message.type === 'invoke') {
    void invoke(message);
    return;
  }
  marker = message.marker;
  if (message.clockOffset !== null) patchDate();
  patchConsole();
  try {
    handler = load(message.taskRoot, message.handler);
    answer({ type: 'ready' });
  } catch (error) {
    answer(failure(error));
  }
});
