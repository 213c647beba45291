from aws_cdk import App, Stack
from cdk_ecr_oci_remediation import OciImageRemediation

app = App()
stack = Stack(app, "OciImageRemediation")

OciImageRemediation(stack, "Remediation")

app.synth()
