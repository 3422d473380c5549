"""What AWS keeps: tables, queues, streams, buckets, log groups. No time passes here by itself."""
