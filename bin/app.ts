import { App } from 'aws-cdk-lib';
import { OciImageRemediationStack } from '../lib';
import { settingsOf } from './context';

const app = new App();
new OciImageRemediationStack(app, 'OciImageRemediation', settingsOf(app.node.getAllContext()));
