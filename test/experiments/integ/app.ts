import { App } from 'aws-cdk-lib';
import { propsFromContext } from '../../../bin/context';
import { OciImageRemediationStack } from '../../../lib';

/** What `npm run integ` deploys: bin/app.ts, but for the name, so that it's never the stack of someone who uses the service. */
const { INTEG_STACK: name } = process.env;
if (!name) throw new Error('INTEG_STACK is not set; expected the name of the stack. Use `npm run integ`.');
const app = new App();
new OciImageRemediationStack(app, name, propsFromContext(app.node.getAllContext()));
