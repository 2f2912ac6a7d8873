"""What is fixed before the first night."""
