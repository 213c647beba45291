terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "template" {
  type        = string
  description = "The file that npm run template writes, or the one of a release."
  default     = "ecr-oci-remediation.template.yaml"
}

variable "template_bucket" {
  type        = string
  description = "A bucket for the template: CloudFormation takes one of more than 51,200 bytes only from S3."
}

# The key has the hash of the file, so a new template has a new URL, and Terraform sees that the stack changes.
resource "aws_s3_object" "template" {
  bucket = var.template_bucket
  key    = "ecr-oci-remediation/${filesha256(var.template)}.template.yaml"
  source = var.template
}

data "aws_s3_bucket" "templates" {
  bucket = var.template_bucket
}

resource "aws_cloudformation_stack" "ecr_oci_remediation" {
  name         = "ecr-oci-remediation"
  template_url = "https://${data.aws_s3_bucket.templates.bucket_regional_domain_name}/${aws_s3_object.template.key}"
  capabilities = ["CAPABILITY_IAM"]

  parameters = {
    Repositories            = "team/*,ml/*"
    ExcludedTags            = "pr-*,cache"
    AlarmEmail              = "team@example.com"
    LogRetentionDays        = "365"
    PermissionsBoundaryName = "ecr-oci-remediation-boundary"
  }
}

output "version" {
  value = aws_cloudformation_stack.ecr_oci_remediation.outputs["Version"]
}

output "role_arn" {
  value = aws_cloudformation_stack.ecr_oci_remediation.outputs["RoleArn"]
}

output "log_group_name" {
  value = aws_cloudformation_stack.ecr_oci_remediation.outputs["LogGroupName"]
}

output "dead_letter_queue_arn" {
  value = aws_cloudformation_stack.ecr_oci_remediation.outputs["DeadLetterQueueArn"]
}
