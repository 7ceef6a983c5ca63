"""What lasts in Google Cloud, as a Pulumi program: `pulumi up` in this folder."""
