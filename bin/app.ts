import { App } from 'aws-cdk-lib';
import { OciImageRemediationStack } from '../lib';
import { propsFromContext } from './context';

const app = new App();
new OciImageRemediationStack(app, 'OciImageRemediation', propsFromContext(app.node.getAllContext()));
