# Stands in for python:X.Y-slim and python:X.Y where no registry of images is reached: files of Debian's packages, unpacked
# (automation/image_base.py). Only for checking the other files here; nothing that is shipped stands on it.
FROM scratch
ADD system.tar /
ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin \
    LANG=C.UTF-8
# What the packages' own scripts would have done, as far as anybody here asks for it.
RUN cp /usr/share/base-passwd/passwd.master /etc/passwd \
    && cp /usr/share/base-passwd/group.master /etc/group \
    && ldconfig \
    && mkdir -p /usr/local/bin \
    && ln -s /usr/bin/python3 /usr/local/bin/python \
    && rm -f /usr/lib/python3*/EXTERNALLY-MANAGED \
    && if [ -e /usr/bin/gcc ]; then ln -s gcc /usr/bin/cc; fi
