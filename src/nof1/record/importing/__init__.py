"""From another program's file to nights: plan, preview, take."""
