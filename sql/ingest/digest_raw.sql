-- Records of streams in tables of their own that count now.
-- copy
-- column line  text
COPY (
  SELECT r.line AS line
  FROM ops.raw_lines() AS r(line)
) TO STDOUT (FORMAT binary);
