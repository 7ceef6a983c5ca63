"""The LightningModule and the encoders it can hold."""
